import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { ROUTES } from "../../src/http/api.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { type Edge, startEdge } from "../support/edge.ts";

let database: TestDatabase;
let edge: Edge;
beforeAll(async () => {
  database = await testDatabase();
  edge = await startEdge(database);
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});

const documentSchema = z.object({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))),
});

test("the document describes every route, in OpenAPI 3.1, with its problems", async () => {
  const document = documentSchema.parse(await (await fetch(`${edge.url}/api/openapi.json`)).json());
  expect(document.openapi).toMatch(/^3\.1\./);
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(routes.sort()).toEqual(ROUTES.map(({ doc }) => `${doc.method.toUpperCase()} ${doc.path}`).sort());
  const connect = JSON.stringify(document.paths["/api/v1/channels/connect"]?.post);
  for (const code of ["invalid_request", "credential_claimed", "gateway_unreachable", "payload_too_large"]) {
    expect(connect).toContain(`\`${code}\``);
  }
});

test("no request takes an accountId, and no request takes a field that is not described", async () => {
  const document = documentSchema.parse(await (await fetch(`${edge.url}/api/openapi.json`)).json());
  for (const methods of Object.values(document.paths)) {
    for (const { requestBody } of Object.values(methods)) {
      if (!requestBody) continue;
      expect(JSON.stringify(requestBody)).not.toContain("accountId");
      expect(JSON.stringify(requestBody)).toContain('"additionalProperties":false');
    }
  }
});
