"use client";
/** The keys as a table, and once there are many a field to find one by its name. */
import type { ApiKey } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { TextField } from "../parts/text-field.tsx";
import { KeyRow } from "./key-row.tsx";
import table from "./key-table.module.css";
import classes from "./keys-page.module.css";
import type { KeyAction } from "./use-keys.ts";

/** More than are seen at once. */
const MANY = 10;
const COLUMNS = ["name", "scopes", "used", "made", "state"] as const;

interface KeyListProps {
  keys: readonly ApiKey[];
  open: (of: ApiKey, action: KeyAction) => void;
}

export function KeyList({ keys, open }: KeyListProps) {
  const text = useTranslations("keys");
  const [wanted, setWanted] = useState("");
  const many = keys.length > MANY;
  const shown = many ? keys.filter((key) => matches(key, wanted)) : keys;
  return (
    <>
      {many && (
        <div className={classes.find}>
          <TextField
            unseenLabel
            type="search"
            label={text("find")}
            placeholder={text("find")}
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
          />
        </div>
      )}
      {shown.length > 0 && (
        <div className={table.room}>
          <table className={table.table} aria-label={text("title")}>
            <thead>
              <tr>
                {COLUMNS.map((column) => (
                  <th key={column} scope="col">
                    {text(`column.${column}`)}
                  </th>
                ))}
                <th scope="col">
                  <span className="unseen">{text("column.actions")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((key) => (
                <KeyRow key={key.id} of={key} open={(action) => open(key, action)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p role="status" className={shown.length > 0 ? "unseen" : classes.none}>
        {many && wanted !== "" && text("found", { count: shown.length })}
      </p>
    </>
  );
}

function matches({ name, prefix }: ApiKey, wanted: string): boolean {
  const words = wanted.trim().toLowerCase();
  return name.toLowerCase().includes(words) || prefix.toLowerCase().startsWith(words);
}
