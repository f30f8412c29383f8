import { Anchor } from "@mantine/core";
import { Link } from "wouter";
import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function NotFoundPage() {
  return (
    <Page title="Not found">
      <EmptyState title="There is no such page">
        <Anchor component={Link} href="/">
          Go to the overview
        </Anchor>
      </EmptyState>
    </Page>
  );
}
