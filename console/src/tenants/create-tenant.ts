"use client";
/** The dialog in which a person makes a tenant of their own; fetched when it is asked for. */
import dynamic from "next/dynamic";

export const CreateTenant = dynamic(
  () => import("./create-tenant-dialog.tsx").then((module) => module.CreateTenantDialog),
  { ssr: false },
);
