import { Page } from "@/components/page";

export function WorkersPage() {
  return <Page title="Workers">{null}</Page>;
}
