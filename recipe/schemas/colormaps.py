"""The colour maps of matplotlib, which is not imported to check a recipe; a test compares."""

from typing import Literal

Colormap = Literal[
    "Accent", "Accent_r", "afmhot", "afmhot_r", "autumn", "autumn_r", "berlin", "berlin_r", "binary", "binary_r",
    "Blues", "Blues_r", "bone", "bone_r", "BrBG", "BrBG_r", "brg", "brg_r", "BuGn", "BuGn_r", "BuPu", "BuPu_r", "bwr",
    "bwr_r", "cividis", "cividis_r", "CMRmap", "CMRmap_r", "cool", "cool_r", "coolwarm", "coolwarm_r", "copper",
    "copper_r", "cubehelix", "cubehelix_r", "Dark2", "Dark2_r", "flag", "flag_r", "gist_earth", "gist_earth_r",
    "gist_gray", "gist_gray_r", "gist_grey", "gist_grey_r", "gist_heat", "gist_heat_r", "gist_ncar", "gist_ncar_r",
    "gist_rainbow", "gist_rainbow_r", "gist_stern", "gist_stern_r", "gist_yarg", "gist_yarg_r", "gist_yerg",
    "gist_yerg_r", "GnBu", "GnBu_r", "gnuplot", "gnuplot_r", "gnuplot2", "gnuplot2_r", "gray", "gray_r", "Grays",
    "Grays_r", "Greens", "Greens_r", "grey", "grey_r", "Greys", "Greys_r", "hot", "hot_r", "hsv", "hsv_r", "inferno",
    "inferno_r", "jet", "jet_r", "magma", "magma_r", "managua", "managua_r", "nipy_spectral", "nipy_spectral_r",
    "ocean", "ocean_r", "okabe_ito", "okabe_ito_r", "Oranges", "Oranges_r", "OrRd", "OrRd_r", "Paired", "Paired_r",
    "Pastel1", "Pastel1_r", "Pastel2", "Pastel2_r", "pink", "pink_r", "PiYG", "PiYG_r", "plasma", "plasma_r", "PRGn",
    "PRGn_r", "prism", "prism_r", "PuBu", "PuBu_r", "PuBuGn", "PuBuGn_r", "PuOr", "PuOr_r", "PuRd", "PuRd_r", "Purples",
    "Purples_r", "rainbow", "rainbow_r", "RdBu", "RdBu_r", "RdGy", "RdGy_r", "RdPu", "RdPu_r", "RdYlBu", "RdYlBu_r",
    "RdYlGn", "RdYlGn_r", "Reds", "Reds_r", "seismic", "seismic_r", "Set1", "Set1_r", "Set2", "Set2_r", "Set3",
    "Set3_r", "Spectral", "Spectral_r", "spring", "spring_r", "summer", "summer_r", "tab10", "tab10_r", "tab20",
    "tab20_r", "tab20b", "tab20b_r", "tab20c", "tab20c_r", "terrain", "terrain_r", "turbo", "turbo_r", "twilight",
    "twilight_r", "twilight_shifted", "twilight_shifted_r", "vanimo", "vanimo_r", "viridis", "viridis_r", "winter",
    "winter_r", "Wistia", "Wistia_r", "YlGn", "YlGn_r", "YlGnBu", "YlGnBu_r", "YlOrBr", "YlOrBr_r", "YlOrRd",
    "YlOrRd_r",
]  # fmt: skip
