// Runs before the first paint, so that a dark page never flashes light. Without scripts the page stays light.
(function () {
  var root = document.documentElement;
  root.classList.add("js");
  if (!root.dataset.bsTheme) {
    var dark = window.matchMedia("(prefers-color-scheme: dark)");
    var follow = function () {
      root.dataset.bsTheme = dark.matches ? "dark" : "light";
    };
    follow();
    dark.addEventListener("change", follow);
  }
})();
