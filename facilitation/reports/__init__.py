"""From the closed lab to the lab report and to proposals for the cases."""
