"use client";
/** A table whose head stays in sight. On a narrow screen each row is a card, with the columns' names beside the values. */
import { Fragment, type ReactNode } from "react";
import classes from "./data-table.module.css";

export interface Column<Row> {
  name: string;
  title: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand at the right. */
  number?: boolean;
  /** Its title is there for those who can't see what the column holds. */
  untitled?: boolean;
}

interface DataTableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  /** Undefined while they are on their way. */
  rows: readonly Row[] | undefined;
  /** The question that they answer: what another one finds are other rows, drawn anew, and none of these moves about. */
  answers?: string | undefined;
  keyOf: (row: Row) => string;
  /** Of the row whose panel is open. */
  current?: string | undefined;
  /** What stands below a row, as wide as the table. */
  noteOn?: (row: Row) => ReactNode;
}

/** As many as a first look needs: what comes is rarely less tall. */
const BONES = [1, 2, 3];

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, answers, keyOf, current, noteOn } = props;
  return (
    <table className={classes.table} aria-label={label} aria-busy={rows === undefined}>
      <thead>
        <tr>
          {columns.map(({ name, title, number, untitled }) => (
            <th key={name} scope="col" data-column={name} data-number={number}>
              {untitled ? <span className="unseen">{title}</span> : title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody key={answers}>
        {rows?.map((row) => {
          const note = noteOn?.(row);
          return (
            <Fragment key={keyOf(row)}>
              <tr data-current={keyOf(row) === current}>
                {columns.map(({ name, title, cell, number, untitled }) => (
                  <td key={name} data-title={title} data-number={number} data-untitled={untitled}>
                    {cell(row)}
                  </td>
                ))}
              </tr>
              {note && (
                <tr className={classes.note}>
                  <td colSpan={columns.length}>{note}</td>
                </tr>
              )}
            </Fragment>
          );
        })}
        {rows === undefined &&
          BONES.map((bone) => (
            <tr key={bone}>
              {columns.map(({ name, title, number, untitled }) => (
                <td key={name} data-title={title} data-number={number} data-untitled={untitled}>
                  {!untitled && <span className={classes.bone} />}
                </td>
              ))}
            </tr>
          ))}
      </tbody>
    </table>
  );
}
