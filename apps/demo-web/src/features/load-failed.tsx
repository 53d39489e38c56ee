/** Stands where data would, only while there never was any. */
export function LoadFailed({ what, error, onRetry }: { what: string; error: Error; onRetry: () => void }) {
  return (
    <p className="notice" role="alert">
      Your {what} could not be loaded: {error.message} <button type="button" className="button" onClick={onRetry}>Try again</button>
    </p>
  )
}
