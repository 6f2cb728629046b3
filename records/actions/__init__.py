"""What people do with results and transcripts: may → lock → law → change → remember."""
