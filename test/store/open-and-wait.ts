/** Started as a process of its own by the tests of the private server: starts one, says so, and waits to be ended. */
import { pino } from "pino";
import { createContext } from "../../src/context.ts";
import { takeDataDir } from "../../src/store/data-dir/data-dir.ts";
import { startPrivateServer } from "../../src/store/private-server/private-server.ts";

const [path, elsewhere] = process.argv.slice(2);
if (path === undefined || elsewhere === undefined) throw new Error("give the DATA_DIR and the place elsewhere");

const log = pino({ level: "info" }, { write: (line: string) => void process.stderr.write(line) });
try {
  const context = createContext();
  const dataDir = await takeDataDir({ context, log, path });
  const server = await startPrivateServer({ context, log, dataDir: dataDir.path, elsewhere });
  process.stdout.write(
    `${JSON.stringify({ opened: { pid: server.pid, connection: server.connection, folder: server.dataFolder } })}\n`,
  );
  process.stdin.resume();
  process.stdin.once("end", () => {
    server
      .stop()
      .finally(() => dataDir.release())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  });
} catch (error) {
  process.stdout.write(`${JSON.stringify({ refused: error instanceof Error ? error.message : String(error) })}\n`);
  process.exit(1);
}
