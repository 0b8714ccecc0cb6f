/** The product's sign, in the colours of the icon. Beside its name, so it says nothing itself. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 128 128" aria-hidden="true" focusable="false">
      <rect x="8" y="8" width="112" height="112" rx="26" fill="#1f5f8b" />
      <g fill="none" stroke="#ffffff" stroke-width="8" stroke-linejoin="round" stroke-linecap="round">
        <path d="M34 54 64 40l30 14v32L64 100 34 86Z" />
        <path d="M34 54l30 14 30-14M64 68v32" />
      </g>
      <path
        d="M64 18v14m-8-8 8 8 8-8"
        fill="none"
        stroke="#ffc857"
        stroke-width="7"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
