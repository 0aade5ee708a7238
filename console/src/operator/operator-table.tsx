"use client";
/** A table of the operator's pages. On a narrow screen each row is a card, with the columns' names beside the values. */
import type { ReactNode } from "react";
import classes from "./table.module.css";

export interface Column<Row> {
  name: string;
  title: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand at the right. */
  number?: boolean;
}

interface OperatorTableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  /** Undefined while they are on their way. */
  rows: readonly Row[] | undefined;
  keyOf: (row: Row) => string;
}

/** As many as a first look needs: what comes is rarely less tall. */
const BONES = [1, 2, 3];

export function OperatorTable<Row>({ label, columns, rows, keyOf }: OperatorTableProps<Row>) {
  return (
    <table className={classes.table} aria-label={label} aria-busy={rows === undefined}>
      <thead>
        <tr>
          {columns.map(({ name, title, number }) => (
            <th key={name} scope="col" data-column={name} data-number={number}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows?.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map(({ name, title, cell, number }) => (
              <td key={name} data-title={title} data-number={number}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
        {rows === undefined &&
          BONES.map((bone) => (
            <tr key={bone}>
              {columns.map(({ name, title, number }) => (
                <td key={name} data-title={title} data-number={number}>
                  <span className={classes.bone} />
                </td>
              ))}
            </tr>
          ))}
      </tbody>
    </table>
  );
}
