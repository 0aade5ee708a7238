"use client";
/** The dialogs about one tenant of the list, each fetched when it is asked for; and where the focus goes after them. */
import type { TenantOverview } from "@cogni/contract";
import dynamic from "next/dynamic";
import { useRef, useState } from "react";

export interface OneTenantDialogProps {
  of: TenantOverview;
  /** It is done. */
  onDone: () => void;
  opened: boolean;
  onClose: () => void;
  onClosed: () => void;
}

const DIALOGS = {
  suspend: dynamic(() => import("./suspend-tenant-dialog.tsx").then((it) => it.SuspendTenantDialog), {
    ssr: false,
  }),
  delete: dynamic(() => import("./delete-any-tenant-dialog.tsx").then((it) => it.DeleteAnyTenantDialog), {
    ssr: false,
  }),
};

export interface Asked {
  about: TenantOverview;
  action: keyof typeof DIALOGS;
}

interface TenantDialogProps {
  asked: Asked;
  /** The dialog is gone from the page. */
  onClosed: () => void;
}

export function TenantDialog({ asked: { about, action }, onClosed }: TenantDialogProps) {
  const [opened, setOpened] = useState(true);
  const close = () => setOpened(false);
  const OneTenantDialog = DIALOGS[action];
  return <OneTenantDialog of={about} opened={opened} onDone={close} onClose={close} onClosed={onClosed} />;
}

/** Remembers what has the focus, which goes back there, or to where `orTo` is, if that is gone. */
export function useFocusBack<Place extends HTMLElement>() {
  const opener = useRef<Element | null>(null);
  const orTo = useRef<Place>(null);
  return {
    orTo,
    remember: () => {
      opener.current = document.activeElement;
    },
    giveBack: () => {
      const back = opener.current;
      if (back instanceof HTMLElement && back.isConnected) back.focus();
      else orTo.current?.focus({ preventScroll: true });
    },
  };
}
