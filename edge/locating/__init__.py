"""Where each item is and how sure we are, from columns of reads; pure."""
