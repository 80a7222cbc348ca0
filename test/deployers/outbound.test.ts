import { describe, expect, test } from "vitest";
import { createContext } from "../../src/context.ts";
import { ask, isPublic, readOutboundUrl } from "../../src/deployers/outbound.ts";

describe("which addresses anybody could reach", () => {
  test.each([
    ["93.184.216.34", true],
    ["2606:2800:220:1:248:1893:25c8:1946", true],
    ["127.0.0.1", false],
    ["127.8.8.8", false],
    ["0.0.0.0", false],
    ["10.1.2.3", false],
    ["172.16.0.1", false],
    ["192.168.1.1", false],
    ["169.254.169.254", false],
    ["100.64.0.1", false],
    ["224.0.0.1", false],
    ["255.255.255.255", false],
    ["::", false],
    ["::1", false],
    ["fe80::1", false],
    ["fd00::1", false],
    ["::ffff:127.0.0.1", false],
    ["::ffff:169.254.169.254", false],
    ["64:ff9b::7f00:1", false],
    ["not an address", false],
  ])("%s: %s", (address, expected) => {
    expect(isPublic(address)).toBe(expected);
  });
});

describe("which URLs are asked at all", () => {
  test.each([
    "ftp://example.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "example.com",
    "",
    "http://u:p@example.com/",
  ])("%j is not", (text) => {
    expect(typeof readOutboundUrl(text)).toBe("string");
  });

  test.each([
    "http://2130706433/",
    "http://0x7f.1/",
    "http://[::ffff:7f00:1]/",
    "http://127.1/",
    "http://0/",
    "https://[fe80::1]/",
  ])("%s is a private address, however it is written", async (url) => {
    const asked: string[] = [];
    const context = createContext({
      network: {
        resolve: async () => [],
        requestAt: (address) => {
          asked.push(address);
          return Promise.reject(new Error("must not be asked"));
        },
      },
    });
    const result = await ask(context, [], { method: "GET", url, timeoutMs: 1_000 });
    expect(result).toMatchObject({ kind: "not-sent", mayRetry: false });
    expect(asked).toEqual([]);
  });
});

describe("a name with several addresses", () => {
  /** Two public addresses; the first answers so. */
  async function askBoth(atFirst: () => Promise<never>) {
    const asked: string[] = [];
    const context = createContext({
      network: {
        resolve: async () => ["2a00:1450:4001::1", "93.184.216.34"],
        requestAt: async (address) => {
          asked.push(address);
          return asked.length === 1 ? await atFirst() : { status: 200, headers: {}, body: "here" };
        },
      },
    });
    const result = await ask(context, [], { method: "POST", url: "https://example.com/", timeoutMs: 1_000 });
    return { asked, result };
  }
  const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

  test("is asked at the next where nobody takes the connection", async () => {
    const { asked, result } = await askBoth(failing("ECONNREFUSED"));
    expect(asked).toEqual(["2a00:1450:4001::1", "93.184.216.34"]);
    expect(result).toMatchObject({ kind: "answered", body: "here" });
  });

  test("is never asked a second time once something may have been sent", async () => {
    const { asked, result } = await askBoth(failing("ECONNRESET"));
    expect(asked).toHaveLength(1);
    expect(result).toMatchObject({ kind: "no-answer" });
  });
});
