// Which page an address shows. Pages are loaded when they are first wanted.

import { type ComponentType, lazy, Suspense } from "react";
import { Redirect, Route, Switch } from "wouter";
import { LoadingState } from "./components/loading-state";
import { flinkRedirects } from "./flink-addresses";
import { NotFoundPage } from "./pages/not-found-page";
import { OverviewPage } from "./pages/overview/overview-page";

/** A page in a file of its own; `load` imports it and names what it exports. */
function page(load: () => Promise<ComponentType>) {
  return lazy(async () => ({ default: await load() }));
}

const JobsPage = page(async () => (await import("./pages/jobs/jobs-page")).JobsPage);
const JobPage = page(async () => (await import("./pages/job/job-page")).JobPage);
const WorkersPage = page(async () => (await import("./pages/workers/workers-page")).WorkersPage);
const WorkerPage = page(async () => (await import("./pages/workers/worker-page")).WorkerPage);
const CoordinatorPage = page(
  async () => (await import("./pages/coordinator/coordinator-page")).CoordinatorPage,
);
const SubmitPage = page(async () => (await import("./pages/submit/submit-page")).SubmitPage);

export function Routes() {
  return (
    <Suspense fallback={<LoadingState />}>
      <Switch>
        <Route path="/" component={OverviewPage} />
        <Route path="/jobs" component={JobsPage} />
        {/* The pages of a job have addresses of their own below it; see pages/job. */}
        <Route path="/jobs/:job/*?" component={JobPage} />
        <Route path="/workers" component={WorkersPage} />
        <Route path="/workers/:worker/:tab?" component={WorkerPage} />
        <Route path="/coordinator/:tab?" component={CoordinatorPage} />
        <Route path="/submit/:plugin?" component={SubmitPage} />
        {flinkRedirects.map(([from, to]) => (
          <Route key={from} path={from}>
            {(parameters) => <Redirect to={to(parameters)} replace />}
          </Route>
        ))}
        <Route component={NotFoundPage} />
      </Switch>
    </Suspense>
  );
}
