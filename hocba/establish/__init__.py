"""The first units, people, school years and destinations of a registry, from one file of the operator's."""
