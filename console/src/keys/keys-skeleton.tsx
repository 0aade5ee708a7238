"use client";
/** The table's true layout, before there is anything to put into it. */
import { useTranslations } from "next-intl";
import table from "./key-table.module.css";

const ROWS = ["first", "second", "third"];

export function KeysSkeleton() {
  const text = useTranslations("keys");
  return (
    <div aria-busy="true">
      <span className="unseen">{text("loading")}</span>
      <div className={table.bones} aria-hidden="true">
        {ROWS.map((row) => (
          <div key={row}>
            <span className={table.bone} data-size="name" />
            <span className={table.bone} data-size="fact" />
          </div>
        ))}
      </div>
    </div>
  );
}
