"use client";
/** The members: who they are, what they are, since when, and what the one who looks may do about them. */
import type { Member, Role } from "@cogni/contract";
import { IconDots } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { Menu } from "../parts/menu.tsx";
import table from "../parts/table.module.css";
import { TimeSince } from "../parts/time-ago.tsx";
import classes from "./members.module.css";
import type { MemberAction } from "./members-page.tsx";

interface MemberTableProps {
  members: readonly Member[];
  gives: readonly Role[];
  onAsk: (action: MemberAction, member: Member) => void;
}

export function MemberTable({ members, gives, onAsk }: MemberTableProps) {
  const text = useTranslations("members");
  const roles = useTranslations("role");
  /** Everyone may leave; others are managed by those who may give the role that they have. */
  const actionsOn = ({ role, you }: Member): MemberAction[] => {
    if (gives.includes(role)) return ["role", "remove"];
    return you ? ["remove"] : [];
  };
  return (
    <table className={table.table} aria-label={text("title")}>
      <thead>
        <tr>
          <th scope="col">{text("person")}</th>
          <th scope="col">{text("role")}</th>
          <th scope="col" data-wide>
            {text("since")}
          </th>
          <th scope="col">
            <span className="unseen">{text("actions")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {members.map((member) => {
          const { userId, name, email, role, since, you } = member;
          const actions = actionsOn(member);
          return (
            <tr key={userId}>
              <th scope="row">
                <span className={classes.name}>
                  {name} {you && <span className={classes.you}>{text("you")}</span>}
                </span>
                <span className={classes.email}>{email}</span>
              </th>
              <td className={classes.role}>{roles(role)}</td>
              <td data-wide>
                <TimeSince at={since} />
              </td>
              <td className={table.actions}>
                {actions.length > 0 && (
                  <Menu
                    label={text("more", { name })}
                    items={actions.map((action) => ({
                      name: action,
                      text: text(
                        action === "remove" && you ? "leave" : action === "role" ? "changeRole" : "remove",
                      ),
                      danger: action === "remove",
                      onSelect: () => onAsk(action, member),
                    }))}
                  >
                    <IconDots size={18} stroke={1.75} aria-hidden="true" />
                  </Menu>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** The true height of the head and three rows. */
export function MemberSkeleton() {
  const text = useTranslations("members");
  return (
    <div className={classes.skeleton} aria-busy="true">
      <span className="unseen">{text("loading")}</span>
      {[0, 1, 2, 3].map((row) => (
        <div key={row} aria-hidden="true" />
      ))}
    </div>
  );
}
