import { createHash, createPublicKey, verify } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadDeviceCredentials } from "../../src/gateway/device-identity.ts";

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), "device-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "deep", "gateway-device.json");
}

test("an identity is made once, readable by its owner alone, and stays the same", () => {
  const path = file();
  const first = loadDeviceCredentials(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(loadDeviceCredentials(path).identity).toEqual(first.identity);
});

test("the device id is the digest of the key that signs", () => {
  const { identity, hostDeps } = loadDeviceCredentials(file());
  const raw = Buffer.from(hostDeps.publicKeyRawBase64UrlFromPem?.(identity.publicKeyPem) ?? "", "base64url");
  expect(raw).toHaveLength(32);
  expect(createHash("sha256").update(raw).digest("hex")).toBe(identity.deviceId);
  const signature = hostDeps.signDevicePayload?.(identity.privateKeyPem, "payload") ?? "";
  const key = createPublicKey(identity.publicKeyPem);
  expect(verify(null, Buffer.from("payload"), key, Buffer.from(signature, "base64url"))).toBe(true);
});

test("the token that a gateway hands out is kept for the next start, and forgotten when it is stale", () => {
  const path = file();
  const { identity, hostDeps } = loadDeviceCredentials(path);
  const key = { deviceId: identity.deviceId, role: "operator" };
  hostDeps.storeDeviceAuthToken?.({ ...key, token: "t", scopes: ["operator.admin"] });
  const later = loadDeviceCredentials(path).hostDeps;
  expect(later.loadDeviceAuthToken?.(key)).toEqual({ token: "t", scopes: ["operator.admin"] });
  later.clearDeviceAuthToken?.(key);
  expect(loadDeviceCredentials(path).hostDeps.loadDeviceAuthToken?.(key)).toBeNull();
});

test("a damaged identity is refused by its file's name, not replaced", () => {
  const path = file();
  loadDeviceCredentials(path);
  writeFileSync(path, "{}");
  expect(() => loadDeviceCredentials(path)).toThrow(/gateway-device\.json is damaged/);
  expect(readFileSync(path, "utf8")).toBe("{}");
});
