"""The antivirus: ClamAV by its daemon."""
