/** A ring that empties. For the eye alone: the time stands beside it in words. */
import classes from "./login.module.css";

const RADIUS = 7;
const LENGTH = 2 * Math.PI * RADIUS;

export function CountdownRing({ share }: { share: number }) {
  return (
    <svg className={classes.ring} viewBox="0 0 18 18" aria-hidden="true">
      <circle cx="9" cy="9" r={RADIUS} />
      <circle
        cx="9"
        cy="9"
        r={RADIUS}
        data-left
        strokeDasharray={LENGTH}
        strokeDashoffset={LENGTH * (1 - share)}
      />
    </svg>
  );
}
