import { Page } from "@/components/page";

export function SubmitPage() {
  return <Page title="Submit">{null}</Page>;
}
