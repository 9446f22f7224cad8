"""The sections of the lab report (requirements, section 7), one module for what belongs together. All pure."""
