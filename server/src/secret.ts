/**
 * A value that must not be printed. Logs, errors, template strings and JSON show `[secret]`, so a credential can only
 * leave through `reveal()`, which is easy to search for.
 */
import { inspect } from "node:util";

const SHOWN = "[secret]";

export class Secret<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
