/** The stylesheets of every page, in the order that counts; a part that needs more of Mantine's brings it along. */
import "@mantine/core/styles/baseline.layer.css";
import "@mantine/core/styles/default-css-variables.layer.css";
import "@mantine/core/styles/global.layer.css";
import "./tokens.css";
