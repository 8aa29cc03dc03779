//! The look of links between pages that belong together.

/// The row of links.
pub const TABS: &str = "mb-4 flex flex-wrap gap-1 border-b border-base-300";
/// One of them.
pub const TAB: &str = "border-b-2 border-transparent px-3 py-2 text-sm hover:border-base-300 aria-[current=page]:border-primary aria-[current=page]:font-medium";
