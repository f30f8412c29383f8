import { Button } from "@mantine/core";
import { asApiError } from "@/api/error";
import classes from "./notice.module.css";

interface ErrorStateProps {
  error: unknown;
  /** What did not work: "The workers could not be read". */
  title?: string;
  onRetry?: () => void;
}

/** An error whole: what is wrong and what to do about it. */
export function ErrorState({ error, title, onRetry }: ErrorStateProps) {
  const { message, hint } = asApiError(error);
  return (
    <div className={`${classes.notice} ${classes.error}`} role="alert">
      <p className={classes.title}>{title ?? "That did not work"}</p>
      <p className={classes.message}>{message}</p>
      {hint && (
        <p className={classes.message}>
          <strong>What to do:</strong> {hint}
        </p>
      )}
      {onRetry && (
        <Button variant="default" size="xs" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
