import { randomBytes } from "node:crypto";
import { billingAccountIdSchema, channelIdSchema } from "@cogni/contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secret } from "../../src/secret.ts";
import { createFingerprints } from "../../src/vault/fingerprint.ts";
import { createVault, encryptionKeyId } from "../../src/vault/vault.ts";

const newKey = () => new Secret(randomBytes(32).toString("base64"));
const old = newKey();
const current = newKey();
const vault = createVault({ current, previous: [old] });
const unreadable = expect.objectContaining({ code: "credential_unreadable" });

const aads = fc.record({
  billingAccountId: fc
    .stringMatching(/^[a-z0-9][a-z0-9_-]{0,55}$/)
    .map((id) => billingAccountIdSchema.parse(id)),
  connectionId: fc.uuid(),
  provider: fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,63}(:[a-z0-9][a-z0-9_-]{0,63})?$/),
});
const credentials = fc.dictionary(fc.string(), fc.string({ unit: "binary", maxLength: 4096 }));

describe("the vault", () => {
  test("gives back what it sealed, under the current and under a previous key", () => {
    const before = createVault({ current: old, previous: [] });
    fc.assert(
      fc.property(credentials, aads, (credential, aad) => {
        expect(vault.open(vault.seal(credential, aad), aad)).toEqual({ ...credential });
        expect(vault.open(before.seal(credential, aad), aad)).toEqual({ ...credential });
      }),
      { numRuns: 200 },
    );
  });

  test("opens nothing for another tenant, row or provider", () => {
    fc.assert(
      fc.property(credentials, aads, aads, (credential, aad, other) => {
        fc.pre(JSON.stringify(aad) !== JSON.stringify(other));
        const sealed = vault.seal(credential, aad);
        for (const wrong of [
          other,
          { ...aad, billingAccountId: other.billingAccountId },
          { ...aad, connectionId: other.connectionId },
          { ...aad, provider: other.provider },
        ]) {
          if (JSON.stringify(wrong) === JSON.stringify(aad)) continue;
          expect(() => vault.open(sealed, wrong)).toThrow(unreadable);
        }
        expect(() => vault.open(sealed, { vaultSecret: aad.billingAccountId })).toThrow(unreadable);
      }),
      { numRuns: 200 },
    );
  });

  test("opens nothing of which a single bit was changed or a byte cut off", () => {
    fc.assert(
      fc.property(credentials, aads, fc.nat(), (credential, aad, at) => {
        const sealed = vault.seal(credential, aad);
        const changed = Uint8Array.from(sealed);
        const bit = at % (sealed.length * 8);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => vault.open(changed, aad)).toThrow(unreadable);
        expect(() => vault.open(sealed.subarray(0, at % sealed.length), aad)).toThrow(unreadable);
      }),
      { numRuns: 200 },
    );
  });

  test("never seals the same twice alike, and puts the key's id in front", () => {
    fc.assert(
      fc.property(credentials, aads, (credential, aad) => {
        const [one, two] = [vault.seal(credential, aad), vault.seal(credential, aad)];
        expect(Buffer.compare(one, two)).not.toBe(0);
        expect(vault.keyIdOf(one)).toBe(encryptionKeyId(current));
        expect(vault.currentKeyId).toBe(encryptionKeyId(current));
      }),
      { numRuns: 50 },
    );
  });

  test("without the key opens nothing, and the error tells neither key nor credential", () => {
    const aad = { vaultSecret: "x" };
    const sealed = createVault({ current: newKey(), previous: [] }).seal({ botToken: "canary-token" }, aad);
    try {
      vault.open(sealed, aad);
      expect.unreachable();
    } catch (error) {
      const told = `${error} ${JSON.stringify(error)} ${(error as Error).stack} ${(error as Error).cause}`;
      expect(error).toMatchObject({ code: "credential_unreadable" });
      for (const secret of ["canary-token", current.reveal(), old.reveal()])
        expect(told).not.toContain(secret);
    }
  });
});

describe("a fingerprint", () => {
  const fingerprints = createFingerprints(new Secret<Uint8Array>(randomBytes(32)));
  const channel = channelIdSchema.parse("telegram");

  test("is the same for the same credential, whatever the order of its fields, and another for any other", () => {
    fc.assert(
      fc.property(credentials, credentials, (a, b) => {
        const reversed = Object.fromEntries(Object.entries(a).reverse());
        const equal = (x: Record<string, string>, y: Record<string, string>) =>
          Buffer.compare(fingerprints.of(channel, x), fingerprints.of(channel, y)) === 0;
        expect(equal(a, reversed)).toBe(true);
        const same = JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
        expect(equal(a, b)).toBe(same);
      }),
    );
  });

  test("is worth nothing without its key, and differs from channel to channel", () => {
    const others = createFingerprints(new Secret<Uint8Array>(randomBytes(32)));
    const token = { botToken: "123:ABC" };
    expect(others.of(channel, token)).not.toEqual(fingerprints.of(channel, token));
    expect(fingerprints.of(channelIdSchema.parse("discord"), token)).not.toEqual(
      fingerprints.of(channel, token),
    );
  });
});
