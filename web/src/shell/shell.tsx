import { AppShell } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type ReactNode, useEffect } from "react";
import { useLocation } from "wouter";
import { useClusterChanges } from "@/api/changes";
import { DisconnectedBanner } from "@/components/disconnected-banner";
import { ErrorBoundary } from "./error-boundary";
import { Header } from "./header";
import { Navigation } from "./navigation";
import classes from "./shell.module.css";
import { TokenDialog } from "./token-dialog";

/** What is around every page: header, navigation, the banner of a lost connection, the token dialog. */
export function Shell({ children }: { children: ReactNode }) {
  const [opened, menu] = useDisclosure(false);
  const [location] = useLocation();
  useClusterChanges();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the page closes the menu
  useEffect(() => menu.close(), [location]);

  return (
    <AppShell
      header={{ height: "3.5rem" }}
      navbar={{ width: "16rem", breakpoint: "md", collapsed: { mobile: !opened } }}
      padding={{ base: "sm", sm: "lg" }}
    >
      <button type="button" className="skip-link" onClick={skipToContent}>
        Skip to the content
      </button>
      <AppShell.Header className={classes.bar}>
        <Header menuOpened={opened} onMenu={menu.toggle} />
      </AppShell.Header>
      <AppShell.Navbar className={classes.navbar} aria-label="Pages">
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
        <div className={classes.content}>
          <DisconnectedBanner />
          <ErrorBoundary location={location}>{children}</ErrorBoundary>
        </div>
      </AppShell.Main>
      <TokenDialog />
    </AppShell>
  );
}

function skipToContent(): void {
  document.getElementById("main")?.focus();
}
