/** GitHub's answers are read before they are believed: one of another shape is no answer. */
import type { z } from "zod";
import { OutsideError } from "../../operations/ports.ts";

export function parsed<Shape extends z.ZodType>(shape: Shape, data: unknown, what: string): z.output<Shape> {
  const read = shape.safeParse(data);
  if (read.success) return read.data;
  throw new OutsideError(`GitHub's answer about ${what} cannot be read`);
}
