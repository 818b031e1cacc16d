/** What the work says in time; false when it fails or takes longer: not knowing is a no. */
export async function within(timeoutMs: number, work: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false);
  });
  try {
    return await Promise.race([work.catch(() => false), timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
