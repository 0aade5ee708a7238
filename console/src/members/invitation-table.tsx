"use client";
/** Invitations that nobody has accepted yet. */
import type { Invitation, Role } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { Button } from "../parts/button.tsx";
import table from "../parts/table.module.css";
import { Time, useTimeWords } from "../parts/time-ago.tsx";
import { SettingsSection } from "../settings/settings-section.tsx";
import classes from "./members.module.css";

interface InvitationTableProps {
  invitations: readonly Invitation[];
  gives: readonly Role[];
  onRevoke: (invitation: Invitation) => void;
}

export function InvitationTable({ invitations, gives, onRevoke }: InvitationTableProps) {
  const text = useTranslations("invitations");
  const roles = useTranslations("role");
  const { moment } = useTimeWords();
  if (invitations.length === 0) return <SettingsSection title={text("title")} help={text("none")} />;
  return (
    <>
      <h2 className={classes.title}>{text("title")}</h2>
      <table className={table.table} aria-label={text("title")}>
        <thead>
          <tr>
            <th scope="col">{text("address")}</th>
            <th scope="col">{text("role")}</th>
            <th scope="col" data-wide>
              {text("until")}
            </th>
            <th scope="col">
              <span className="unseen">{text("actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {invitations.map((invitation) => (
            <tr key={invitation.id}>
              <th scope="row">
                <span className={classes.name}>{invitation.email}</span>
                <span className={classes.email}>
                  {invitation.invitedBy ? text("by", { name: invitation.invitedBy }) : text("byOperator")}
                </span>
              </th>
              <td className={classes.role}>{roles(invitation.role)}</td>
              <td data-wide>
                <Time at={invitation.expiresAt}>{moment(invitation.expiresAt)}</Time>
              </td>
              <td className={table.actions}>
                {gives.includes(invitation.role) && (
                  <Button
                    aria-label={text("revokeLabel", { email: invitation.email })}
                    onClick={() => onRevoke(invitation)}
                  >
                    {text("revoke")}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
