import { Tabs } from "@mantine/core";
import type { ReactNode } from "react";
import { useLocation } from "wouter";
import classes from "./route-tabs.module.css";

export interface RouteTab {
  /** Last word of the address; the first tab is at the address without it, too. */
  path: string;
  name: string;
  content: () => ReactNode;
}

interface RouteTabsProps {
  /** Address of the page, without a slash at its end. */
  base: string;
  current: string | undefined;
  tabs: RouteTab[];
  label: string;
}

/** Tabs with an address each, so that they can be linked to. Only the current one is there. */
export function RouteTabs({ base, current, tabs, label }: RouteTabsProps) {
  const [, navigate] = useLocation();
  const shown = tabs.find((tab) => tab.path === current) ?? tabs[0];
  if (!shown) return null;
  return (
    <Tabs
      value={shown.path}
      onChange={(path) => navigate(path === tabs[0]?.path ? base : `${base}/${path}`)}
      keepMounted={false}
    >
      <Tabs.List aria-label={label} className={classes.list} mb="lg">
        {tabs.map((tab) => (
          <Tabs.Tab key={tab.path} value={tab.path}>
            {tab.name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={shown.path}>{shown.content()}</Tabs.Panel>
    </Tabs>
  );
}
