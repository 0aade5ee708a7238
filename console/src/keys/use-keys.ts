"use client";
/** A tenant's living keys, of which there are a hundred at most, and what is done to them. */
import type { ApiKey } from "@cogni/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../api.ts";
import { useTenant } from "../tenants/tenant-scope.tsx";

const keysKey = (tenant: string) => [tenant, "keys"];

export function useKeys() {
  const tenant = useTenant();
  return useQuery({ queryKey: keysKey(tenant), queryFn: ({ signal }) => api.keys(signal) });
}

/** A change of the list, which is looked at anew before the change counts as done. */
export function useKeyChange<Wish, Answer>(change: (wish: Wish) => Promise<Answer>) {
  const tenant = useTenant();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: change,
    // A fresh key stays in no cache longer than it is shown.
    gcTime: 0,
    onSettled: () => cache.invalidateQueries({ queryKey: keysKey(tenant) }),
  });
}

/** What can be done to a key. */
export type KeyAction = "rotate" | "revoke";

export interface KeyDialogProps {
  opened: boolean;
  onClose: () => void;
  /** The dialog is gone from the page. */
  onClosed: () => void;
}

/** Of a dialog that is about one key. */
export interface OneKeyDialogProps extends KeyDialogProps {
  of: ApiKey;
}
