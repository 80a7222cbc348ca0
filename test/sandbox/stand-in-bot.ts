/** A program in the bot's place: ready at once, or never, or gone, as its DATA_DIR says. */
import { createServer } from "node:http";

const wanted = process.env["DATA_DIR"];
if (wanted === "broken") {
  process.stderr.write("WEBHOOK_SECRET is missing\n");
  process.exit(1);
}
const server = createServer((_request, response) => response.writeHead(wanted === "dull" ? 503 : 200).end());
server.listen(Number(process.env["PORT"]), process.env["HOST"], () => {
  process.stdout.write(
    `settings ${Object.keys(process.env)
      .filter((name) => name.startsWith("SLACK_"))
      .join(" ")}\n`,
  );
});
process.on("SIGTERM", () => {
  process.stdout.write("drained\n");
  server.close();
  server.closeAllConnections();
});
