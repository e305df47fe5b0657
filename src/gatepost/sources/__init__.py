"""Where policies come from: files, folders, standard input, templates, histories, living accounts."""
