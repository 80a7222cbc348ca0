import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { testDatabase } from "./database.ts";

test("a test database is migrated, empty, and another one at the same time", async () => {
  const one = await testDatabase();
  const two = await testDatabase();
  await one.db
    .insertInto("repository")
    .values({ id: 1, full_name: "acme/shop", installation_id: 2, default_branch: "main", private: false })
    .execute();
  expect(await one.db.selectFrom("repository").select("id").execute()).toEqual([{ id: 1 }]);
  expect(await two.db.selectFrom("repository").select("id").execute()).toEqual([]);
  await Promise.all([one.drop(), two.drop()]);
});

test("the network is closed but for loopback", async () => {
  await expect(fetch("http://192.0.2.1/")).rejects.toMatchObject({
    cause: { message: /the network is closed in tests/ },
  });
  await expect(fetch("http://example.com/")).rejects.toMatchObject({
    cause: { message: /the network is closed in tests/ },
  });
  const server = createServer((_request, response) => response.end("here"));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("here");
  expect(await (await fetch(`http://localhost:${port}/`)).text()).toBe("here");
  server.closeAllConnections();
  server.close();
});
