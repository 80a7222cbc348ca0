/** For what people are told in the far side's words: its "no" as a value. Whatever else goes wrong is thrown. */
import { Refusal } from "./ports.ts";

export async function orRefused<T>(call: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
