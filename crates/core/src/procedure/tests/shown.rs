//! What people read: the procedure as a page.

use super::{default_files, parsed};

#[test]
fn the_page_opens_with_the_revision_and_the_scope() {
    let page = parsed(&default_files()).show();
    let head: Vec<&str> = page.lines().take(12).collect();
    insta::assert_snapshot!(head.join("\n"), @"");
    for title in ["# Situações", "# Como se decide", "# Evidências", "# Limites", "# Metodologia"] {
        assert!(page.contains(title), "{title}");
    }
}
