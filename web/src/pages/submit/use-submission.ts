import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useLocation } from "wouter";
import { jobsQuery, overviewQuery } from "@/api/cluster";
import { planPlugin, runPlugin, validatePlugin } from "@/api/plugins";
import { jobPath } from "@/pages/jobs/job-cells";
import {
  emptyForm,
  newIdempotencyKey,
  problemsOf,
  type SubmissionForm,
  submissionOf,
} from "./submission";

/** The form of one plugin, and what can be asked with it. A job that was accepted is shown. */
export function useSubmission(plugin: string) {
  const [form, setForm] = useState<SubmissionForm>(emptyForm);
  const idempotencyKey = useRef(newIdempotencyKey());
  const client = useQueryClient();
  const [, navigate] = useLocation();

  const plan = useMutation({ mutationFn: () => planPlugin(plugin, submissionOf(form)) });
  const validation = useMutation({ mutationFn: () => validatePlugin(plugin, submissionOf(form)) });
  const run = useMutation({
    mutationFn: () =>
      runPlugin(plugin, { ...submissionOf(form), idempotencyKey: idempotencyKey.current }),
    onSuccess: ({ jobid }) => {
      client.invalidateQueries({ queryKey: jobsQuery.queryKey });
      client.invalidateQueries({ queryKey: overviewQuery.queryKey });
      navigate(jobPath(jobid));
    },
  });

  const change = (values: Partial<SubmissionForm>) => {
    setForm((before) => ({ ...before, ...values }));
    // Another submission is another job, and answers to the one before are not about it.
    idempotencyKey.current = newIdempotencyKey();
    plan.reset();
    validation.reset();
    run.reset();
  };
  return { form, change, problems: problemsOf(form), plan, validation, run };
}
