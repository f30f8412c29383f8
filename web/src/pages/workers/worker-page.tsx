import { Page } from "@/components/page";

export function WorkerPage() {
  return <Page title="Worker">{null}</Page>;
}
