/** Whether this run takes its time (`npm run test:long`): what is long, and proves what a shorter test nearly does. */
export const LONG = process.env.COGNI_LONG_TESTS === "1";
