/**
 * Closes the network for every test but for loopback and Unix sockets, at the one place that every connection of the
 * process passes, `net.Socket.connect`: fetch, `node:http`, undici and pg alike.
 *
 * nock is left to the tests that want its replies: importing it in every file costs a tenth of a second each and
 * doubles the cost of every request to our own servers, and what it lets through meets this gate all the same.
 */
import net from "node:net";

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3}|0\.0\.0\.0)$/i;

/** Where a call of `connect` is going; undefined for a Unix socket. Node also calls it with its arguments in a list. */
function destination(first: unknown, second: unknown): string | undefined {
  if (Array.isArray(first)) return destination(first[0], first[1]);
  if (typeof first === "string") return undefined;
  if (typeof first === "number") return typeof second === "string" ? second : "localhost";
  if (typeof first === "object" && first !== null) {
    if ("path" in first && typeof first.path === "string") return undefined;
    if ("host" in first && typeof first.host === "string") return first.host;
  }
  return "localhost";
}

/** Read by the next file of the same process, for which all of this runs again. */
const closed = Symbol.for("signalbox.closed-network");

if (!Reflect.has(net.Socket, closed)) {
  Reflect.set(net.Socket, closed, true);
  const connect = net.Socket.prototype.connect;

  net.Socket.prototype.connect = function (this: net.Socket, ...parameters: unknown[]) {
    const host = destination(parameters[0], parameters[1]);
    if (host !== undefined && !loopback.test(host)) {
      process.nextTick(() =>
        this.destroy(new Error(`the network is closed in tests: a connection to ${host} was refused`)),
      );
      return this;
    }
    return Reflect.apply(connect, this, parameters);
  };
}
