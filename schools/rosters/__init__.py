"""Lists that schools keep in spreadsheets: read from bytes, understood, checked cell by cell. Pure: codes and facts."""
