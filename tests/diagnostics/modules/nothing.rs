struct Extension;
