"""The design system: css, js, icons, components, shells. Knows no business word."""
