import { Page } from "@/components/page";

export function CoordinatorPage() {
  return <Page title="Coordinator">{null}</Page>;
}
