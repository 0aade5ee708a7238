/**
 * Who we are to a gateway that is not on loopback: an Ed25519 key pair in a file of the data folder, and the device
 * token that the gateway hands out once an operator has approved it. There, a shared token alone gives no rights.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { DeviceIdentity, GatewayClientHostDeps } from "@openclaw/gateway-client";
import { z } from "zod";

const identityFileSchema = z.object({
  deviceId: z.string(),
  publicKeyPem: z.string(),
  privateKeyPem: z.string(),
  /** By role, as the gateway issued them. */
  tokens: z.record(z.string(), z.object({ token: z.string(), scopes: z.array(z.string()) })),
});
type IdentityFile = z.infer<typeof identityFileSchema>;

export interface DeviceCredentials {
  readonly identity: DeviceIdentity;
  readonly hostDeps: GatewayClientHostDeps;
}

/**
 * Reads the identity, or creates it (file mode 0600).
 * @throws Error naming the file when it exists and cannot be read: a new key would need a new approval.
 */
export function loadDeviceCredentials(file: string): DeviceCredentials {
  let state = readIdentity(file) ?? createIdentity();
  const save = (next: IdentityFile): void => {
    state = next;
    writeIdentity(file, next);
  };
  save(state);
  return {
    identity: {
      deviceId: state.deviceId,
      publicKeyPem: state.publicKeyPem,
      privateKeyPem: state.privateKeyPem,
    },
    hostDeps: {
      signDevicePayload: (pem, payload) =>
        sign(null, Buffer.from(payload), createPrivateKey(pem)).toString("base64url"),
      publicKeyRawBase64UrlFromPem: (pem) => rawPublicKey(pem).toString("base64url"),
      loadDeviceAuthToken: ({ role }) => state.tokens[role] ?? null,
      storeDeviceAuthToken: ({ role, token, scopes }) =>
        save({ ...state, tokens: { ...state.tokens, [role]: { token, scopes } } }),
      clearDeviceAuthToken: ({ role }) => {
        const { [role]: _, ...tokens } = state.tokens;
        save({ ...state, tokens });
      },
    },
  };
}

function createIdentity(): IdentityFile {
  const pair = generateKeyPairSync("ed25519");
  const publicKeyPem = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
  const privateKeyPem = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const deviceId = createHash("sha256").update(rawPublicKey(publicKeyPem)).digest("hex");
  return { deviceId, publicKeyPem, privateKeyPem, tokens: {} };
}

/** The 32 bytes at the end of an Ed25519 key's DER form. */
function rawPublicKey(pem: string): Buffer {
  return createPublicKey(pem).export({ type: "spki", format: "der" }).subarray(-32);
}

function readIdentity(file: string): IdentityFile | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw new Error(`cannot read the gateway device identity ${file}`, { cause: error });
  }
  try {
    return identityFileSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(
      `the gateway device identity ${file} is damaged: restore it, or delete it and approve anew`,
      {
        cause: error,
      },
    );
  }
}

function writeIdentity(file: string, state: IdentityFile): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.new`;
  writeFileSync(temporary, JSON.stringify(state, null, 2), { mode: 0o600 });
  renameSync(temporary, file);
}
