/** A plugin that fails as soon as it is loaded: everything else has to go on. */
export default {
  id: "heron",
  name: "Heron",
  description: "A channel plugin that fails as soon as it is loaded.",
  register(): void {
    throw new Error("this heron does not fly");
  },
};
