/** A real server that a verification asks: it hangs up until it is told what to answer. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Answering = {
  readonly origin: string;
  /** Paths with their queries, oldest first. */
  readonly asked: readonly string[];
  /** Every request is answered so from now on; without it the connection is closed without an answer. */
  answer(way: ((request: IncomingMessage, response: ServerResponse) => void) | undefined): void;
  close(): Promise<void>;
};

export async function answering(): Promise<Answering> {
  const asked: string[] = [];
  let way: Parameters<Answering["answer"]>[0];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (way === undefined) response.destroy();
    else way(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    asked,
    answer: (given) => {
      way = given;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
