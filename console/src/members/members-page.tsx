"use client";
/** Who belongs to the tenant, who is invited, and what each role may do. */
import type { Invitation, Member } from "@cogni/contract";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { Button } from "../parts/button.tsx";
import { LoadFailure } from "../parts/load-failure.tsx";
import settings from "../settings/settings.module.css";
import { SettingsSection } from "../settings/settings-section.tsx";
import { InvitationTable } from "./invitation-table.tsx";
import { MemberSkeleton, MemberTable } from "./member-table.tsx";
import classes from "./members.module.css";
import { RoleList } from "./role-list.tsx";
import { useMembers } from "./use-members.ts";

const DIALOGS = {
  invite: dynamic(() => import("./invite-dialog.tsx").then((module) => module.InviteDialog), { ssr: false }),
  role: dynamic(() => import("./role-dialog.tsx").then((module) => module.RoleDialog), { ssr: false }),
  remove: dynamic(() => import("./remove-dialog.tsx").then((module) => module.RemoveDialog), { ssr: false }),
  revoke: dynamic(() => import("./revoke-dialog.tsx").then((module) => module.RevokeDialog), { ssr: false }),
};

export type MemberAction = "role" | "remove";
type Asked =
  | { what: "invite" }
  | { what: MemberAction; member: Member }
  | { what: "revoke"; invitation: Invitation };

export function MembersPage() {
  const text = useTranslations("members");
  const { data, error, refetch } = useMembers();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [opened, setOpened] = useState(false);
  const opener = useRef<HTMLElement | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);

  function ask(what: Asked) {
    opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    setAsked(what);
    setOpened(true);
  }
  const dialog = {
    opened,
    onClose: () => setOpened(false),
    onClosed: () => {
      setAsked(null);
      // What opened it may be gone with the row it stood in.
      (opener.current?.isConnected ? opener.current : heading.current)?.focus();
    },
  };
  const isLastOwner = ({ role }: Member) =>
    role === "owner" && data?.members.filter((one) => one.role === "owner").length === 1;

  return (
    <>
      <div className={classes.heading}>
        <h1 ref={heading} tabIndex={-1}>
          {text("title")}
        </h1>
        {data && data.gives.length > 0 && (
          <Button variant="filled" onClick={() => ask({ what: "invite" })}>
            {text("invite")}
          </Button>
        )}
      </div>
      <p className={settings.lead}>{text(data && data.gives.length === 0 ? "leadReadOnly" : "lead")}</p>
      {data ? (
        <>
          <MemberTable
            members={data.members}
            gives={data.gives}
            onAsk={(what, member) => ask({ what, member })}
          />
          {data.invitations && (
            <InvitationTable
              invitations={data.invitations}
              gives={data.gives}
              onRevoke={(invitation) => ask({ what: "revoke", invitation })}
            />
          )}
          <SettingsSection title={text("roles")}>
            <RoleList />
          </SettingsSection>
        </>
      ) : error ? (
        <LoadFailure error={error} retry={() => void refetch()} skeleton={<MemberSkeleton />} />
      ) : (
        <MemberSkeleton />
      )}
      {asked?.what === "invite" && data && <DIALOGS.invite gives={data.gives} {...dialog} />}
      {asked?.what === "role" && data && (
        <DIALOGS.role
          member={asked.member}
          gives={data.gives}
          isLastOwner={isLastOwner(asked.member)}
          {...dialog}
        />
      )}
      {asked?.what === "remove" && (
        <DIALOGS.remove member={asked.member} isLastOwner={isLastOwner(asked.member)} {...dialog} />
      )}
      {asked?.what === "revoke" && <DIALOGS.revoke invitation={asked.invitation} {...dialog} />}
    </>
  );
}
