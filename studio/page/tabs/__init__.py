"""The page's tabs: one file each."""
