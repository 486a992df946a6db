"""What can be bought: categories, suppliers, materials and their prices."""
