/** Says that something runs; without the script, reloading shows how far it is. With it, what it hears stands here. */
export function LiveNote({ address }: { address: string }) {
  return (
    <p id="live-note" class="live-note muted small-text">
      Not over yet: this updates by itself where scripts run. <a href={address}>Reload</a>
    </p>
  )
}
