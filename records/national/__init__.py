"""The Ministry's formats as versioned data, pure; a new version is a new module beside the old."""
